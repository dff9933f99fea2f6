// Package envelope is the sealed file: a file of age with one stanza of ours,
// which the patient alone, or the committee and the gateways together, can
// open. The bytes are specified in docs/spec/sealed-file.md.
//
// Where to begin:
//
//   - A patient calls Seal, splits g with core/gate, and calls Sealed.Prove for
//     the registration.
//   - A researcher who holds a release makes an Identity with NewIdentity and
//     calls Open for the whole file or NewReaderAt for parts of it. Both check
//     the file against Facts, what the chain registered.
//   - Release.Encode writes what age-plugin-volens opens a file with; DecodeRelease
//     and ParseRelease read it.
//   - An attestor calls ReadHeader and CompareStanza before anything else.
//   - The patient's own key, for Options.Patient and for Open, is made by
//     core/derive.
//
// What is written to a destination is provisional until the call returns
// without an error: callers keep it under another name until then. The package
// never opens a network connection or a file of its own, and keeps no key.
package envelope

import "errors"

// LeafSize is the size of a leaf of the tree over a sealed file in bytes.
const LeafSize = 1 << 20

const (
	// HalfSize is the length of g, the gateways' half, in bytes.
	HalfSize = 32
	// PluginName is the name in AGE-PLUGIN-VOLENS-1... and age-plugin-volens.
	PluginName = "volens"

	fileKeySize = 16
	digestSize  = 32
)

var (
	// ErrStanza is returned for a volens stanza or an age header that is
	// malformed.
	ErrStanza = errors.New("malformed sealed file header")
	// ErrIntegrity is returned when a file is not what the chain registered, or
	// was damaged. Nothing that was written may be used.
	ErrIntegrity = errors.New("sealed file is not what was registered")
	// ErrWrapKey is returned when a stanza is the right one but the keys do not
	// open it: a wrong part of a gateway, or a dataset that cannot be opened.
	ErrWrapKey = errors.New("wrap key does not open the stanza")
	// ErrUsed is returned when a recipient or a proof is asked for twice.
	ErrUsed = errors.New("serves one file only")
	// ErrRelease is returned for the bytes of a release that are malformed.
	ErrRelease = errors.New("malformed release")
)
