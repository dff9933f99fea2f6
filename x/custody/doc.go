// Package custody says how a dataset's key leaves the committee: for one reader,
// once, and only after everything that permits it is final on chain.
//
// A Key is held by a committee of validators, one Epoch after the other; a Run
// makes an epoch. A Seat is a researcher's one-time reader key Q. A Job is a
// dataset waiting to open for a seat; the jobs of one height are a Batch, which
// validators answer in their vote extensions; the answer is a Release. An
// Emission records that a job stood in a batch: from then on it may be known,
// and the record is what audits speak about. An Inspection lets an organisation
// read a dataset before anybody has vouched for it.
//
// Read SeatState first: it is the law that no two datasets share a Q. Then
// keeper.Keeper, which keeps it. The arithmetic is in core/threshold, which this
// package does not import: programs that must be unable to open a file use it.
package custody
