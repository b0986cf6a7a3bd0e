"""Five weeks of work of the class of thirty, so that a lecturer's first look finds something.

Nobody is written into a database: each of the thirty opens the module through the classroom,
reads, answers and hands in by the tool's own doors, as a browser would, on the day when they
are said to have done so. Only the clock of this process is moved. What there is to see
afterwards is therefore true: scores, attempts, works and deliveries are the tool's own.

The right answers come from a teacher's preview: the classroom knows nothing of the course.
"""
