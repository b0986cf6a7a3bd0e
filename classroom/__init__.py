"""The demonstration classroom: a small LTI 1.3 platform for people without an LMS.

A development aid. It has six fictitious accounts, or a class of thirty, no password, one
course and one gradebook; it is not in the wheel, and it must never stand on a public network.

It knows the tool by its addresses only and imports none of it, so that what works here
works because both sides follow LTI 1.3. Where the specification leaves a choice, it
does what Moodle 4.5 does.
"""

__version__ = "0.1.0"
