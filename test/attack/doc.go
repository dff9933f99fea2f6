// Package attack holds the attack suite: one named test for each attack on the key
// release, on consensus, on consent and on money that docs/threat-model.md lists, at the
// level of whole applications and real cryptography.
//
// A test does what the attacker does, requires that it fails with the error it should,
// and then that an honest release still works. Start with attack_test.go, which has the
// chain that most tests share; proposer_test.go has the lies of a proposer in one table,
// run_test.go those of a dealer. What is attacked below this level is tested beside its
// code, and what needs processes, disks and sockets in test/e2e and gateway.
package attack
