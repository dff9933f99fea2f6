package envelope

import (
	"io"

	"filippo.io/age"
)

// OpenAge opens any age file, whatever its recipients.
func OpenAge(dst io.Writer, src io.Reader, workers int, identity age.Identity) error {
	return openAge(dst, src, workers, identity)
}

// SealAge seals src as a whole age file.
func SealAge(dst io.Writer, src io.Reader, workers int, recipients ...age.Recipient) error {
	w, err := newSealer(dst, workers, recipients...)
	if err != nil {
		return err
	}
	defer w.abort()
	if _, err := io.Copy(w, src); err != nil {
		return err
	}
	return w.Close()
}
