// Package session is what the web app's module does, without a word of JavaScript: the
// files of one dataset are pushed through de-identification in pieces, and payloads are
// checked again.
//
// Open begins a Dataset. Dataset.File, Dataset.Archive and Verify each give a Stream: Write
// returns when its bytes were taken, so whoever waits for it is held back as a pipe would,
// Close returns the result, and Abort ends it midway. One stream of a dataset runs at a
// time, as its pseudonyms are given by order of sight. Explain turns any error into a code
// and words that hold no value of the input.
//
// It does no input and output, and it keeps no more than the format's package does.
package session
