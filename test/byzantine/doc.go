// Package byzantine is a validator that lies: seventeen ways to spoil the vote extension of a
// batch, two that of a run, and fifteen to spoil a proposal, as test/network/README.md lists
// them.
//
// It is linked into volensd under the build tag "byzantine" only, and never into a
// release; test/network shows that. A Liar wraps the honest handlers of a node. Which lie
// it tells stands in a file that is read at every call, so that a campaign changes it
// while the network runs; each lie told is one line of a log.
//
// Extensions and Proposals list the matrix with what an honest network must make of each
// row: whom the chain names, and which proposals are refused.
package byzantine
