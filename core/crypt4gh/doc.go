// Package crypt4gh writes files in the format that genome archives exchange, GA4GH Crypt4GH version 1, so that an
// opened dataset can go on into tools that read it (samtools, htsget clients) without lying in the clear on a disk.
//
// ParsePublicKey reads the reader's key, NewWriter starts a file, and Close ends it.
//
// It is an export for the researcher who opened a file, never what a patient's file is sealed with: the format has
// neither a post-quantum recipient nor any protection of its end. A file that lost its last segments reads as a
// shorter one without an error, so keep the digest that the export prints.
package crypt4gh
