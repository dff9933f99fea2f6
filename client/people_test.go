package client_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	"github.com/volens-network/volens/client"
	clientchain "github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/home"
	"github.com/volens-network/volens/core/drs"
	"github.com/volens-network/volens/devnet"
	"github.com/volens-network/volens/test/chain"
	"github.com/volens-network/volens/test/story"
)

// people are a patient, a researcher and organisations, each with a wallet, on a chain in
// memory, and the story's gateway.
type people struct {
	node  *node
	depot *depot

	patient, researcher, hospital, ethics, university *client.Session
}

// session is a person with a fresh wallet, not connected yet.
func session(t *testing.T, name string) *client.Session {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	h, err := home.Open(dir)
	require.NoError(t, err)
	require.NoError(t, h.SetWorkFactor(1))
	w, err := h.Create(name, "passphrase", rand.Reader)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, w.Close())
		require.NoError(t, h.Close())
	})
	return &client.Session{
		Home: h, Dir: dir, Wallet: w, Rand: rand.Reader, Now: time.Now, Version: "v0-test",
	}
}

func address(t *testing.T, s *client.Session) string {
	t.Helper()
	a, err := s.Wallet.Account(home.MainAccount)
	require.NoError(t, err)
	return a.Address
}

// together starts a chain on which everybody is known.
func together(t *testing.T) *people {
	t.Helper()
	p := &people{
		patient: session(t, "patient"), researcher: session(t, "researcher"), hospital: session(t, "hospital"),
		ethics: session(t, "ethics"), university: session(t, "university"),
	}
	identity, err := age.GenerateHybridIdentity()
	require.NoError(t, err)
	s := story.With(t, chain.Options{Validators: 4, Spec: func(spec *devnet.Spec) {
		for _, who := range []*client.Session{p.patient, p.researcher, p.hospital, p.ethics, p.university} {
			spec.Accounts = append(spec.Accounts,
				devnet.Account{Address: address(t, who), Coins: "1000000000uusd,1000000000uvol"})
		}
		for i := range spec.Organisations {
			if len(spec.Organisations[i].BaseURL) > 0 {
				spec.Organisations[i].Recipient = identity.Recipient().String()
			}
		}
		add := func(who *client.Session, kind, role, bond string) {
			spec.Organisations = append(spec.Organisations, devnet.Organisation{
				Address: address(t, who), Kind: kind, Country: "NO", Roles: []string{role}, Bond: bond,
			})
		}
		add(p.hospital, "HOSPITAL", "ATTESTOR", "1000000000uusd")
		add(p.ethics, "NONPROFIT", "ETHICS", "0uusd")
		add(p.university, "UNIVERSITY", "INSTITUTION", "0uusd")
	}})
	p.node = newNode(t, s)
	p.depot = &depot{
		node: p.node, identity: identity, objects: map[drs.Digest][]byte{}, parts: map[string][]byte{},
	}
	sponsor, err := p.university.Wallet.Signer(home.MainAccount)
	require.NoError(t, err)
	for _, who := range []*client.Session{p.patient, p.researcher, p.hospital, p.ethics, p.university} {
		c, err := clientchain.New("", clientchain.Options{Node: p.node, Poll: time.Microsecond})
		require.NoError(t, err)
		who.Chain = c
		who.Sponsor = client.KeySponsor{Chain: c, Signer: sponsor}
		who.Reach(func(clientchain.Signer) client.Depot { return p.depot })
	}
	return p
}

// study writes a request file with its protocol and returns its path.
func (p *people) study(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "protocol.txt"), []byte("how we study"), 0o600))
	text := fmt.Sprintf(`
title: A study
lay_summary: We look for what helps.
contact: study@example.org
protocol: protocol.txt
organisation: %[1]s
purposes: [{purpose: hmb, health_aim: true}]
data_classes: [germline-variants]
ai: none
site_country: "NO"
compute_country: "NO"
duration_months: 12
promises: {no_reidentification: true, no_linkage: true, publish: true}
n_min: 1
n_max: 1
price: 1000000uusd
deadline_blocks: 400
no_cohort_protection: true
`, address(t, p.university))
	path := filepath.Join(dir, "study.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// ask is a query as a gateway's node answers it.
func (n *node) ask(ctx context.Context, path string, question, answer proto.Message) error {
	raw, err := proto.Marshal(question)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	resp, err := n.App().Query(ctx, &abci.RequestQuery{Path: path, Data: raw})
	if err != nil {
		return err
	}
	if !resp.IsOK() {
		return fmt.Errorf("query %s: %s", path, resp.Log)
	}
	return proto.Unmarshal(resp.Value, answer)
}
