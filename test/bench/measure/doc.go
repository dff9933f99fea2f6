// Package measure is the harness of the benchmarks: it takes samples of our side and of a peer in turn, and
// says what came out.
//
// A Case is one line of the report. Run prepares it, takes its samples A B A B, and makes a Row of the medians;
// WriteRows and ReadRows keep rows as JSON lines, WriteTable shows them, and Check holds them against their
// targets. PerUnit and Rate make samples from work on one thread, on all threads, or against the wall clock.
//
// A side that cannot be measured here is null in its row. Nothing is ever filled in for it.
package measure
