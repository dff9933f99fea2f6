// Package block plays what validators do with the blocks of a batch: the real vote
// extensions and the real state of x/custody in a store as nodes have, for any number
// of validators and of waiting jobs. Of the rest of the application nothing is there:
// no key generation, no market that pays, no other module's state, no consensus.
//
// New makes a Chain; Extend is ExtendVote, Node.Propose and its like are the calls of
// the block that follows.
package block
