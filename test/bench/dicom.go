package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/volens-network/volens/test/bench/measure"
	"github.com/volens-network/volens/test/sample"
)

const (
	// attributes is the table of PS3.15 that ours and the peers are given.
	attributes = "../../core/deid/dicom/attributes.tsv"
	// sliceSide makes an image of 128 KiB, as a slice of MR is.
	sliceSide = 256
)

// scrubber builds the process that the DICOM rows measure.
func scrubber(e *env) (string, error) {
	program := e.path("scrub")
	out, err := exec.CommandContext(context.Background(), "go", "build", "-o", program, "./scrub").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build ./scrub: %w: %s", err, out)
	}
	return program, nil
}

// dicomCases measures a process a file, in processor time from its start to its end. dcmodify gets
// the table's removals and emptyings as arguments. The peers look at no pixels and search no output.
func dicomCases(e *env) []measure.Case {
	one := func(name, peer string, target float64, prepare func(e *env, from, to string) (measure.Sample, error)) measure.Case {
		return measure.Case{
			Name: name, Unit: "files per CPU-s", Better: measure.More, Runs: samples, PeerName: peer,
			Target: measure.Times(target), Prepare: func() (measure.Sample, measure.Sample, error) {
				from := e.path("slice.dcm")
				data := sample.DICOM(sample.DICOMOptions{
					Encoding: sample.ImplicitLittle, Picture: sample.NewPicture(1, sliceSide, sliceSide, 2000),
				})
				if err := os.WriteFile(from, data, 0o600); err != nil {
					return nil, nil, err
				}
				own, err := scrubber(e)
				if err != nil {
					return nil, nil, err
				}
				c := &children{}
				ours := measure.Rate(c.Clock, 1, func() error {
					return c.run(own, from, e.path("ours.dcm"))
				})
				theirs, err := prepare(e, from, e.path("peer.dcm"))
				return ours, theirs, err
			},
		}
	}
	return []measure.Case{
		one("dicom-scrub", "dcmodify", 2, dcmodify),
		one("dicom-scrub-gdcm", "gdcmanon", 5, gdcmanon),
	}
}

// removals lists the tags that the table removes and those that it empties, as group and element.
func removals() (remove, empty [][2]string, err error) {
	raw, err := os.ReadFile(attributes)
	if err != nil {
		return nil, nil, err
	}
	for line := range strings.Lines(string(raw)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 4 || len(fields[0]) != 8 || fields[0] < "0008" {
			continue
		}
		tag := [2]string{fields[0][:4], fields[0][4:]}
		switch fields[2] {
		case "X", "X/D", "X/Z/D":
			remove = append(remove, tag)
		case "Z", "X/Z", "Z/D":
			empty = append(empty, tag)
		}
	}
	if len(remove) == 0 || len(empty) == 0 {
		return nil, nil, errors.New("the table of attributes has no actions")
	}
	return remove, empty, nil
}

// dcmodify changes a copy in place.
func dcmodify(e *env, from, to string) (measure.Sample, error) {
	path := e.program("dcmodify")
	if path == "" {
		return nil, nil //nolint:nilnil // not installed is no error
	}
	remove, empty, err := removals()
	if err != nil {
		return nil, err
	}
	args := []string{"-q", "-nb", "-imt", "-gst", "-gse", "-gin", "-ep"}
	for _, tag := range remove {
		args = append(args, "-ea", "("+tag[0]+","+tag[1]+")")
	}
	for _, tag := range empty {
		args = append(args, "-ma", "("+tag[0]+","+tag[1]+")=")
	}
	original, err := os.ReadFile(from)
	if err != nil {
		return nil, err
	}
	c := &children{}
	return measure.Rate(c.Clock, 1, func() error {
		if err := create(to, func(dst *os.File) error {
			_, err := io.Copy(dst, bytes.NewReader(original))
			return err
		}); err != nil {
			return err
		}
		return c.run(path, append(args, to)...)
	}), nil
}

// gdcmanon runs its own basic profile, which needs a certificate: it puts the originals, sealed, into the output.
func gdcmanon(e *env, from, to string) (measure.Sample, error) {
	path := e.program("gdcmanon")
	if path == "" {
		return nil, nil //nolint:nilnil // not installed is no error
	}
	certificate, err := selfSigned()
	if err != nil {
		return nil, err
	}
	file := e.path("certificate.pem")
	if err := os.WriteFile(file, certificate, 0o600); err != nil {
		return nil, err
	}
	c := &children{}
	return measure.Rate(c.Clock, 1, func() error { return c.run(path, "-e", "-c", file, "-i", from, "-o", to) }), nil
}

// selfSigned makes a certificate of a key that is thrown away.
func selfSigned() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
