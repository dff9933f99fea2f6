module github.com/volens-network/volens/test/bench

go 1.26.5

require (
	filippo.io/age v1.3.2
	github.com/drand/kyber v1.3.1
	github.com/gtank/ristretto255 v0.2.0
	github.com/stretchr/testify v1.11.1
	github.com/volens-network/volens v0.0.0
	go.dedis.ch/kyber/v3 v3.1.0
)

require (
	filippo.io/edwards25519 v1.2.0 // indirect
	filippo.io/hpke v0.4.0 // indirect
	github.com/davecgh/go-spew v1.1.2-0.20180830191138-d8f796af33cc // indirect
	github.com/klauspost/compress v1.19.1 // indirect
	github.com/oasisprotocol/curve25519-voi v0.0.0-20251114093237-2ab5a27a1729 // indirect
	github.com/pmezard/go-difflib v1.0.1-0.20181226105442-5d4384ee4fb2 // indirect
	go.dedis.ch/fixbuf v1.0.3 // indirect
	golang.org/x/crypto v0.55.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/term v0.45.0 // indirect
	golang.org/x/text v0.41.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)

replace github.com/volens-network/volens => ../..
