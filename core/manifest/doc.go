// Package manifest is the payload of a dataset that has several files, such as a study or a folder: a tar archive
// whose first entry, manifest.json, names the others with their sizes and digests. Whoever opened a dataset with a
// stock age unpacks it with a stock tar. The bytes are specified in docs/spec/sealed-file.md, section 10.
//
// Write makes the archive of a Manifest, Read checks and takes it apart. The archive of a manifest is one string of
// bytes and no other: names are numbers, made here and never taken from a disk, and times and owners are zero. Read
// refuses whatever differs, so that nothing can hide between the files.
package manifest
