// Package chain asks and changes the chain over one endpoint: the URL of a CometBFT
// RPC, be it a node's own or the proxy of a gateway.
//
// Start with New. The query clients of the modules (Datasets, Attestations, Consents,
// Custody, Market, Bank, Auth) ask; Send signs messages, sends them and waits until
// they stand in a block; Wait repeats a question at each new block. What a node says is
// believed only when proven: Prove fetches a value, or its absence, with a proof, and
// Verify checks it against a Header that Light has verified, or that the user trusts.
//
// Errors carry a kind of package fault. A transaction that the chain refused is a
// *TxError, and errors.Is finds the module's own error in it:
//
//	errors.Is(err, market.ErrDenied)
//
// The package holds no key and reads no clock: keys are behind Signer, times are
// arguments. It knows nothing of envelopes and shares, so that a gateway can use it
// and still be unable to decrypt.
package chain
