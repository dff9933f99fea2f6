// Package attestation says who vouches for what.
//
// An Organisation is accredited by the authority for roles and may lock a bond.
// It speaks by signing: a Deidentification vouches for one version of a dataset,
// an EthicsApproval for a protocol, a Visa for a researcher; each has an expiry
// and can be taken back. A Challenge freezes a Deidentification against a bond
// until it is judged or lapses. A Heartbeat is a gateway's last anchor of its
// access log.
//
// Read Organisation first, then the messages in msgs.go; keeper.Keeper applies
// them. The module never reads data and judges no content: whether a statement
// is true is for those who sign it, and whether it counts for a request is
// decided in x/custody, which also confirms through VerdictHook that an attestor
// opened the very version that it vouches for.
package attestation
