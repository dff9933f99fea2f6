// Package model checks a model of release, revocation and the switch of epochs, and
// replays schedules of the model into the real keepers.
//
// The model is release.pml, for Spin (spin(1), Debian package spin). Its properties:
//
//	P1  a key is released only under a consent that was active at the batch
//	P2  at most one release a seat
//	P3  what an owner revoked after her yes and before the batch is never released under
//	    that yes, whatever she grants later: a yes dies with its consent
//	P4  money that was locked is paid or comes back (LTL, over all infinite runs)
//	P5  the account holds what the ledgers lock, and each unit goes one way
//	P6  T right shares of one epoch stand behind each release
//	P7  with honest proposers three times of four, what was emitted and not revoked is
//	    released in time, also while another epoch waits for its canary
//
// Checker runs Spin and the C compiler over every reachable state; check_test.go does so
// for each property, and for each guard that is taken away shows which property then
// fails. Without Spin and a C compiler those tests are skipped, loudly; in CI they fail.
//
// Traces are schedules of Spin's simulation, one event a line. Those in testdata were
// generated with `VOLENS_UPDATE=1 go test ./test/model -run Traces`. Replaying them needs no Spin:
// replay_test.go drives x/consent, x/dataset, x/market and x/custody, with real shares,
// and compares the state after each block.
package model
