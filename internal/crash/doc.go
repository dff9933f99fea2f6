// Package crash has points at which a program can be made to end at once, as kill -9
// does, to show that what it had written by then is enough to go on.
//
// Points exist under the build tag "crashpoints" only. Without it Point is empty, and
// nothing of it is in the program; test/network shows that. With the tag the variable
// VOLENS_CRASH, as in "guard-synced:3", names a point and at which of its calls to end.
package crash
