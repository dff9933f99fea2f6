// Package voteext carries the committee's work over vote extensions: the only channel
// on which shares of a key, and the messages of a run, ever travel.
//
// The walk of one batch, from docs/spec/vote-extension.md:
//
//	EndBlock(H-1)      x/custody writes batch[H] and the emission records.
//	ExtendVote(H)      extend.go: read batch[H] from committed state, ask the emission
//	                   guard, compute the shares with one proof, add messages of the run.
//	VerifyVote(H)      verify.go: length and canonical encoding, nothing else.
//	PrepareProposal    proposal.go: verify, find up to two culprits, combine, inject.
//	ProcessProposal    proposal.go: the pure check of check.go.
//	PreBlock(H+1)      preblock.go: the same check again, then x/custody stores and pays,
//	                   and keeps the verified shares of jobs that are not finished.
//
// Three things it never does: it never fails a vote (an empty extension on any
// trouble), it never returns an error from PreBlock for what a block contains, and it
// never emits for anything that committed state does not hold.
package voteext
