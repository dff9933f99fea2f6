// Package walk plays the whole story of Volens on a local network of real processes: a
// patient's file is de-identified, sealed, attested, asked for, consented, released by
// the committee, paid and opened; a refused and a revoked consent release nothing.
//
// Build makes a Town: validators, a gateway, and people with wallets, all in one folder;
// those are the first two of the story's fourteen steps. Play plays the others for a list of
// files and returns a Summary, the last line of `volens demo`. Close ends every process.
//
// The people act through package client only, as users do. The walk checks what it sees
// and believes nothing: digests are computed from the files on disk, money from the
// balances of all parties, emissions from proofs. It prints nothing: a Report hears how
// it goes.
package walk
