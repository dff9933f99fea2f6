package vcf

import (
	"bytes"

	"github.com/volens-network/volens/core/deid"
	"github.com/volens-network/volens/core/deid/stream"
)

// magic starts every VCF file.
const magic = "##fileformat=VCF"

// sniff looks at the first plain bytes and refuses what is not VCF.
func sniff(in *stream.Source) error {
	if err := in.SniffText(); err != nil {
		return err
	}
	head, ended, err := in.Peek(len(magic))
	switch {
	case err != nil:
		return err
	case len(bytes.Trim(head, "\r\n")) == 0 && ended:
		return deid.Refuse(deid.CodeEmpty, "there is nothing in it")
	case bytes.HasPrefix(head, []byte("BCF")):
		return deid.RefuseBCF()
	case !bytes.HasPrefix(head, []byte(magic)):
		return deid.Refuse(deid.CodeNotThisFormat, "the content does not start as VCF does")
	}
	return nil
}
