// Package client is what a patient, a researcher and an organisation do, one file for
// each verb: Deid, Ingest, Attest, Grant, Decide, SubmitRequest, Fetch, AuditDataset.
//
// Deid and DeidVerify work offline. Everything else is a method of Session: make one
// from a wallet (client/home) and a chain (client/chain), and read ingest.go and
// fetch.go first, which are the two ends of a file's way.
//
// What takes long says so to a Progress and can be interrupted: the home's journal
// knows what was done, and the same call goes on from there. Results are plain structs
// with JSON names. Errors have a kind (client/fault); a refusal carries the reason
// codes of the rule that said no.
//
// The package writes a file under its final name only when all of it is there and
// checked. It never writes plaintext of an ingest to disk, never sends a secret
// unencrypted, never decides whether a use is allowed (duo.Permits does), and prints
// nothing.
package client
