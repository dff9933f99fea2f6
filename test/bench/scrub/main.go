// Command scrub de-identifies one DICOM file: the process that the DICOM rows measure. It links what that needs and
// nothing of the chain, whose packages take longer to start than a file takes.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/dicom"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: scrub FROM TO")
		os.Exit(2)
	}
	if err := scrub(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "scrub:", err)
		os.Exit(1)
	}
}

func scrub(from, to string) (err error) {
	profile, err := deid.LoadProfile(deid.SafeHarborStrict)
	if err != nil {
		return err
	}
	pseudonyms, err := deid.NewPseudonymizer(profile, nil)
	if err != nil {
		return err
	}
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	info, err := src.Stat()
	if err != nil {
		return err
	}
	dst, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	_, err = dicom.Scrub(context.Background(), dst, src,
		dicom.Options{Profile: profile, Pseudonyms: pseudonyms, Size: info.Size()})
	return err
}
