// Package threshold is the cryptography of key release: how a dataset's key is
// sealed to a committee, asked for by one researcher, and opened for exactly
// that researcher by a quorum of validators none of whom can open it alone.
// The bytes are specified in docs/spec/custody.md.
//
// Where to begin:
//
//   - A patient seals with Key.Encapsulate, Encapsulation.WrapKey and
//     Encapsulation.Prove; the chain checks with Key.VerifyCapsule.
//   - A researcher makes one-time seats with Key.DeriveSeat and
//     SeatSecret.Prove; the chain checks them with Key.VerifySeats. What the
//     committee publishes is turned into the key by Key.Recover and
//     Key.WrapKeyFromShared.
//   - A validator answers a batch of jobs with NewRound and Round.Emit; a
//     proposer uses Round.Sort and Round.Combine; everybody checks with
//     Round.Verify.
//   - A committee is made by a run: NewEnrolment, NewRun, Run.Deal,
//     Run.OpenDeal, Run.Judge, Run.FinishPublic, Run.FinishPrivate and
//     Run.Confirm. The same run moves the key to a new committee.
//
// Every point and scalar from outside is decoded canonically and the identity
// is refused. Nonces are hedged: they depend on the secret, on fresh randomness
// and on the statement. The package never reads a clock, a file or a global
// source of randomness, and it decides nothing about permission: whether a
// share may be given is the business of its callers, who must also make sure
// that a seat's point stands in one job only, ever.
package threshold
