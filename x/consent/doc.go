// Package consent holds the nouns of module x/consent: what a patient allows for a
// dataset, in versions that are kept for ever.
//
// Start with Provision, the content of one version, and its Validate, which names
// every element that is missing or wrong; a consent that lacks one is never stored.
// Policy and Use are the wire forms of duo.Policy and duo.Use: their DUO methods
// convert, PolicyFromDUO and UseFromDUO convert back. Keeper and message server are
// in package keeper, the zero-fee lane of revocations in package ante.
//
// Nothing here is free text: every string is an id, an address, a digest, a code or
// a short token. The package decides nothing about a use; duo.Permits does.
package consent
