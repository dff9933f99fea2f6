// Package dataset says what exists: the sealed files of patients, as digests.
//
// A Dataset is one sealed file of one patient's account. Its Payload holds the
// digests of the file, the point U of the capsule that encloses the file key to
// the committee, and the gateways that hold parts of the second half of that
// key. A Receipt is a gateway's word that it holds file and part. Nothing here
// names a person, and nothing here can open a file.
//
// Read Payload first, then the messages in msgs.go; keeper.Keeper applies them.
// IDKey and ParseAddress are shared by the modules that build on this one, which
// see datasets through the methods of the keeper and check capsules through
// Hooks. This package knows none of them.
package dataset
