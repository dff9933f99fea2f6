// Package network lays siege to real networks of devnet: processes that are killed,
// paused, cut off and crashed at chosen points, files that are damaged, and validators
// that lie, all while patients and researchers go on with their work.
//
// Build makes a Site: a town of devnet/walk whose people ask any node that answers. Its
// Load asks, decides, waits and opens, and writes a journal before each step. Each fault
// is one line of JSON in its Record. When all is quiet again, Inspect compares the journal
// with the chain, and every node with every other: nothing lost, nothing doubled, every
// release made of enough valid shares, the money the same, the same state everywhere, and
// nobody signed twice.
//
// The campaigns are the tests of this package: what they show, and what the long runs
// found, is in README.md. The random choices of a campaign come from one seed, which the
// result names; VOLENS_SEED sets it.
package network
