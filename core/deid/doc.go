// Package deid holds what the de-identification of every format shares:
// profiles, pseudonyms, the second look at the output, refusals and the report.
//
// A Profile is a data file that says what may stay; whatever it does not name is
// removed. LoadProfile gives one of the two that come with the program. A format
// package, such as deid/vcf, rewrites a stream by it and sends the result through
// a Look, which knows every identifying value that was met in the original and
// fails the whole run when one of them, or a pattern such as an e-mail address,
// is about to be written. A Report says what was done.
//
// The package makes no promise of anonymity. A genome stays identifying by its
// nature; what is removed are direct identifiers. No error, refusal, warning or
// report made here holds a value, a name, a path or a digest of the original.
package deid
