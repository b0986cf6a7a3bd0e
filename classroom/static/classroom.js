// Keeps the gradebook up to date, shows times in the reader's zone, and copies.
"use strict";

const SECONDS_BETWEEN_LOOKS = 2;

function localTimes(root) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "short",
    timeStyle: "medium",
  });
  for (const time of root.querySelectorAll("time")) {
    time.textContent = format.format(new Date(time.dateTime));
  }
}

function receivedTimes(root) {
  const lines = [...root.querySelectorAll("[data-line]")];
  return new Map(lines.map((line) => [line.dataset.line, line.dataset.received]));
}

function spoken(line) {
  const cells = [...line.children].slice(0, 3);
  return cells.map((cell) => cell.textContent.trim()).join(", ");
}

class Gradebook {
  constructor(root) {
    this.root = root;
    this.news = document.createElement("p");
    this.news.className = "hidden";
    this.news.setAttribute("role", "status");
    root.after(this.news);
    this.lookLater();
  }

  lookLater() {
    setTimeout(() => this.look(), SECONDS_BETWEEN_LOOKS * 1000);
  }

  async look() {
    try {
      const headers = this.etag ? { "If-None-Match": this.etag } : {};
      const answer = await fetch(this.root.dataset.gradebook, { headers, cache: "no-store" });
      if (answer.status === 200) {
        this.etag = answer.headers.get("ETag");
        this.show(await answer.text());
      }
    } catch {
      // The server is away for a moment: the next look will tell.
    }
    this.lookLater();
  }

  show(html) {
    const before = receivedTimes(this.root);
    this.root.innerHTML = html;
    localTimes(this.root);
    const changed = [...this.root.querySelectorAll("[data-line]")].filter(
      (line) => line.dataset.received && line.dataset.received !== before.get(line.dataset.line),
    );
    for (const line of changed) {
      line.classList.add("arrived");
    }
    if (changed.length > 0) {
      this.news.textContent = `${this.root.dataset.new} ${changed.map(spoken).join(" ; ")}`;
    }
  }
}

async function copy(button) {
  const result = document.querySelector("[data-copy-result]");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    result.textContent = button.dataset.done;
  } catch {
    result.textContent = button.dataset.failed;
  }
}

localTimes(document);
for (const root of document.querySelectorAll("[data-gradebook]")) {
  new Gradebook(root);
}
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copy(button));
}
