"""What a Common Cartridge holds: pages, quizzes in QTI, sheets on paper, links to the tool."""
