package main

import (
	"io"
	"os"

	"github.com/volens-network/volens/core/envelope"
	"github.com/volens-network/volens/test/bench/measure"
)

const (
	ageLibrary = "age v1.3.2 and the same digests, one goroutine"
	ageProgram = "age and sha256sum, programs"
	perCPU     = "MB per CPU-s"
)

// sealCases measures sealing and opening. Processor time is the same for us and for age's library by nature; what
// is gained is time on the wall when a second core is free, and one pass instead of several programs.
func sealCases(e *env) []measure.Case {
	return []measure.Case{
		libraryCase("seal", measure.Process, (*vault).seal, (*vault).stockSeal),
		libraryCase("open", measure.Process, (*vault).open, (*vault).stockOpen),
		onTheWall("seal-wall", measure.Times(1.4), (*vault).seal, (*vault).stockSeal),
		onTheWall("open-wall", measure.Times(1.8), (*vault).open, (*vault).stockOpen),
		{
			Name: "seal-program", Unit: perCPU, Better: measure.More, Runs: few, PeerName: ageProgram,
			Prepare: func() (measure.Sample, measure.Sample, error) { return sealPrograms(e) },
		},
		{
			Name: "open-program", Unit: perCPU, Better: measure.More, Runs: few, PeerName: ageProgram,
			Prepare: func() (measure.Sample, measure.Sample, error) { return openPrograms(e) },
		},
		{
			Name: "ingest-vcf", Unit: "plain MB per CPU-s", Better: measure.More, Runs: few,
			PeerName: "bcftools, sha256sum and age, programs", Target: measure.Times(1.8),
			Prepare: func() (measure.Sample, measure.Sample, error) { return ingest(e) },
		},
	}
}

func libraryCase(name string, clock measure.Clock, ours, peer func(*vault) error) measure.Case {
	return measure.Case{
		Name: name, Unit: perCPU, Better: measure.More, Runs: samples, PeerName: ageLibrary,
		Prepare: func() (measure.Sample, measure.Sample, error) {
			v, err := newVault()
			if err != nil {
				return nil, nil, err
			}
			return measure.Rate(clock, v.megabytes(), func() error { return ours(v) }),
				measure.Rate(clock, v.megabytes(), func() error { return peer(v) }), nil
		},
	}
}

// onTheWall is the same against the clock on the wall, whose target needs a second core that is free.
func onTheWall(name string, target measure.Target, ours, peer func(*vault) error) measure.Case {
	out := libraryCase(name, measure.Wall, ours, peer)
	out.Unit, out.Target, out.Idle = "MB per s", target, true
	return out
}

// sealPrograms seals a file to a file.
func sealPrograms(e *env) (ours, peer measure.Sample, err error) {
	v, err := newVault()
	if err != nil {
		return nil, nil, err
	}
	plaintext, file := e.path("plaintext"), e.path("sealed")
	if err := v.write(plaintext, file, e.path("identity")); err != nil {
		return nil, nil, err
	}
	ours = measure.Rate(measure.Process, v.megabytes(), func() error {
		return read(plaintext, func(src io.Reader) error { return v.sealTo(e.path("ours"), src) })
	})
	age, sha256sum := e.program("age"), e.program("sha256sum")
	if age == "" || sha256sum == "" {
		return ours, nil, nil
	}
	c, recipient := &children{}, v.patient.Recipient().String()
	return ours, measure.Rate(c.Clock, v.megabytes(), func() error {
		if err := c.run(sha256sum, plaintext); err != nil {
			return err
		}
		return c.run(age, "-r", recipient, "-o", e.path("peer"), plaintext)
	}), nil
}

// openPrograms opens a file to a file. The peer checks the file's digest first.
func openPrograms(e *env) (ours, peer measure.Sample, err error) {
	v, err := newVault()
	if err != nil {
		return nil, nil, err
	}
	file, identity := e.path("sealed"), e.path("identity")
	if err := v.write(e.path("plaintext"), file, identity); err != nil {
		return nil, nil, err
	}
	ours = measure.Rate(measure.Process, v.megabytes(), func() error {
		return read(file, func(src io.Reader) error {
			return create(e.path("ours"), func(dst *os.File) error {
				_, err := envelope.Open(dst, src, v.sealed.Facts, v.patient)
				return err
			})
		})
	})
	age, sha256sum := e.program("age"), e.program("sha256sum")
	if age == "" || sha256sum == "" {
		return ours, nil, nil
	}
	c := &children{}
	return ours, measure.Rate(c.Clock, v.megabytes(), func() error {
		if err := c.run(sha256sum, file); err != nil {
			return err
		}
		return c.run(age, "-d", "-i", identity, "-o", e.path("peer"), file)
	}), nil
}

// sealTo seals a stream into a file.
func (v *vault) sealTo(path string, src io.Reader) error {
	return create(path, func(dst *os.File) error {
		sealed, err := envelope.Seal(dst, src, v.options)
		if err == nil {
			sealed.Zero()
		}
		return err
	})
}

// ingest de-identifies and seals as one stream; the peer goes from file to file.
func ingest(e *env) (ours, peer measure.Sample, err error) {
	g, err := newGenome(e)
	if err != nil {
		return nil, nil, err
	}
	v, err := newVault()
	if err != nil {
		return nil, nil, err
	}
	ours = measure.Rate(measure.Process, g.megabytes(), func() error {
		src, dst := io.Pipe()
		go func() { dst.CloseWithError(scrub(dst, g.packed)) }()
		return v.sealTo(e.path("ours"), src)
	})
	b, err := newBcftools(e, g)
	age, sha256sum := e.program("age"), e.program("sha256sum")
	if b == nil || age == "" || sha256sum == "" {
		return ours, nil, err
	}
	recipient := v.patient.Recipient().String()
	return ours, measure.Rate(b.Clock, g.megabytes(), func() error {
		clean := e.path("peer")
		if err := b.scrub(g.packed, clean, "z"); err != nil {
			return err
		}
		if err := b.run(sha256sum, clean); err != nil {
			return err
		}
		return b.run(age, "-r", recipient, "-o", e.path("peer.age"), clean)
	}), nil
}
