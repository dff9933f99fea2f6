package chain_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
)

// standing is a node's status that makes no block.
func standing(n *node) func(int64) *coretypes.ResultStatus {
	return func(int64) *coretypes.ResultStatus { return n.status() }
}

// proven is a chain of some blocks in which a few keys have values.
func proven(tb testing.TB) (*ledger, *chain.Client) {
	tb.Helper()
	l := newLedger(tb, 4)
	l.block(map[string]string{"consent/a": "first", "consent/c": "third", "custody/a": "other"})
	l.block(map[string]string{"consent/a": "second"})
	l.block(nil)
	l.block(map[string]string{"consent/a": "last"})
	c, err := chain.New("", chain.Options{Node: l.node, Poll: time.Microsecond})
	require.NoError(tb, err)
	return l, c
}

func TestProve(t *testing.T) {
	_, c := proven(t)
	for name, row := range map[string]struct {
		store, key, value string
		height            int64
	}{
		"newest provable":         {"consent", "a", "second", 0},
		"by height":               {"consent", "a", "second", 2},
		"other store":             {"custody", "a", "other", 2},
		"absent, between":         {"consent", "b", "", 3},
		"absent, first":           {"consent", "A", "", 3},
		"absent, last":            {"consent", "z", "", 3},
		"absent, in that store":   {"custody", "c", "", 2},
		"absent, prefix of a key": {"consent", "aa", "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			proof, err := c.Prove(t.Context(), row.store, []byte(row.key), row.height)
			require.NoError(t, err)
			require.Equal(t, row.value, string(proof.Value))
			require.Equal(t, row.value == "", proof.Absent())
			header, err := c.FetchHeader(t.Context(), proof.Height+1)
			require.NoError(t, err)
			require.NoError(t, proof.Verify(header))
			require.NoError(t, chain.VerifyProof(proof, header.AppHash()))

			raw, err := json.Marshal(proof)
			require.NoError(t, err)
			again, err := chain.ParseProof(raw)
			require.NoError(t, err)
			require.NoError(t, again.Verify(header))
			require.Equal(t, proof.Absent(), again.Absent())
		})
	}
}

// Whatever is changed in a proof or its header, it does not hold.
func TestProof_Verify_Tampered(t *testing.T) {
	_, c := proven(t)
	ctx := t.Context()
	header := func(height int64) *chain.Header {
		h, err := c.FetchHeader(ctx, height)
		require.NoError(t, err)
		return h
	}
	prove := func(store, key string) *chain.Proof {
		p, err := c.Prove(ctx, store, []byte(key), 2)
		require.NoError(t, err)
		return p
	}
	for name, change := range map[string]func(p *chain.Proof){
		"value":              func(p *chain.Proof) { p.Value = []byte("forged") },
		"value cut":          func(p *chain.Proof) { p.Value = p.Value[:3] },
		"value of the past":  func(p *chain.Proof) { p.Value = []byte("first") },
		"value hidden":       func(p *chain.Proof) { p.Value = nil },
		"key":                func(p *chain.Proof) { p.Key = []byte("b") },
		"key, no key":        func(p *chain.Proof) { p.Key = nil },
		"store":              func(p *chain.Proof) { p.Store = "custody" },
		"height":             func(p *chain.Proof) { p.Height = 3 },
		"chain":              func(p *chain.Proof) { p.ChainID = "test-2" },
		"steps swapped":      func(p *chain.Proof) { p.Steps[0], p.Steps[1] = p.Steps[1], p.Steps[0] },
		"first step empty":   func(p *chain.Proof) { p.Steps[0] = nil },
		"second step empty":  func(p *chain.Proof) { p.Steps[1] = nil },
		"step not decodable": func(p *chain.Proof) { p.Steps[0] = []byte{0xff, 0xff} },
		"step of other key":  func(p *chain.Proof) { p.Steps[0] = prove("consent", "c").Steps[0] },
		"step of absence":    func(p *chain.Proof) { p.Steps[0] = prove("consent", "b").Steps[0] },
		"step of other store": func(p *chain.Proof) {
			p.Steps = prove("custody", "a").Steps
		},
	} {
		t.Run(name, func(t *testing.T) {
			proof := prove("consent", "a")
			require.NoError(t, proof.Verify(header(3)))
			change(proof)
			require.Equal(t, fault.Integrity, fault.KindOf(proof.Verify(header(3))))
		})
	}
	require.Equal(t, fault.Integrity, fault.KindOf(prove("consent", "a").Verify(header(4))), "of the next header")
	require.Equal(t, fault.Integrity, fault.KindOf(chain.VerifyProof(prove("consent", "a"), nil)))

	for name, change := range map[string]func(p *chain.Proof){
		"absent key gets a value": func(p *chain.Proof) { p.Value = []byte("forged") },
		"existing key is hidden":  func(p *chain.Proof) { p.Key = []byte("a") },
		"neighbour's absence":     func(p *chain.Proof) { p.Key = []byte("d") },
	} {
		t.Run(name, func(t *testing.T) {
			proof := prove("consent", "b")
			require.NoError(t, proof.Verify(header(3)))
			change(proof)
			require.Equal(t, fault.Integrity, fault.KindOf(proof.Verify(header(3))))
		})
	}
}

// Every single bit of both steps counts, or changes nothing that is proven.
func TestProof_Verify_FlippedBits(t *testing.T) {
	_, c := proven(t)
	proof, err := c.Prove(t.Context(), "consent", []byte("a"), 2)
	require.NoError(t, err)
	header, err := c.FetchHeader(t.Context(), 3)
	require.NoError(t, err)
	held := 0
	for step := range proof.Steps {
		for i := range proof.Steps[step] {
			forged := *proof
			forged.Steps[step] = bytes.Clone(proof.Steps[step])
			forged.Steps[step][i] ^= 1
			forged.Value = []byte("forged")
			require.Error(t, forged.Verify(header))
			forged.Value = proof.Value
			if forged.Verify(header) == nil {
				held++
			}
		}
	}
	require.Less(t, held, 8, "a byte that says nothing is rare")
}

func TestProve_Refuses(t *testing.T) {
	l, c := proven(t)
	ctx := t.Context()
	for _, store := range []string{"", "../consent", "Consent", "consent/key", "a b"} {
		_, err := c.Prove(ctx, store, []byte("a"), 2)
		require.Equal(t, fault.Usage, fault.KindOf(err), "store %q", store)
	}
	_, err := c.Prove(ctx, "consent", nil, 2)
	require.Equal(t, fault.Usage, fault.KindOf(err))
	_, err = c.Prove(ctx, "consent", []byte("a"), 1)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	_, err = c.Prove(ctx, "consent", []byte("a"), 99)
	require.Error(t, err)

	honest := l.answers["/store/consent/key"]
	for name, change := range map[string]func(*abci.ResponseQuery){
		"no proof":     func(r *abci.ResponseQuery) { r.ProofOps = nil },
		"one step":     func(r *abci.ResponseQuery) { r.ProofOps.Ops = r.ProofOps.Ops[:1] },
		"wrong type":   func(r *abci.ResponseQuery) { r.ProofOps.Ops[0].Type = "ics23:smt" },
		"other height": func(r *abci.ResponseQuery) { r.Height = 3 },
	} {
		l.answers["/store/consent/key"] = func(data []byte, height int64) abci.ResponseQuery {
			answer := honest(data, height)
			change(&answer)
			return answer
		}
		_, err := c.Prove(ctx, "consent", []byte("a"), 2)
		require.Equal(t, fault.Integrity, fault.KindOf(err), name)
	}
	l.fail["/store/consent/key"] = 1
	_, err = c.Prove(ctx, "consent", []byte("a"), 2)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	l.fail["Status"] = 1
	_, err = c.Prove(ctx, "consent", []byte("a"), 2)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
}

func TestParseProof_Malformed(t *testing.T) {
	const good = `{"chain_id":"test-1","height":2,"store":"consent","key":"61","value":"62","steps":["AA==","AQ=="]}`
	parsed, err := chain.ParseProof([]byte(good))
	require.NoError(t, err)
	again, err := json.Marshal(parsed)
	require.NoError(t, err)
	require.Equal(t, good, string(again)) //nolint:testifylint // the very bytes
	for name, change := range map[string][2]string{
		"no chain":      {`"test-1"`, `""`},
		"low height":    {`2,"store"`, `1,"store"`},
		"store":         {`"consent"`, `"../x"`},
		"no key":        {`"61"`, `""`},
		"upper case":    {`"61"`, `"6A"`},
		"odd digits":    {`"61"`, `"611"`},
		"empty value":   {`"62"`, `""`},
		"value no hex":  {`"62"`, `"zz"`},
		"empty step":    {`"AA=="`, `""`},
		"one step":      {`,"AQ=="`, ``},
		"unknown field": {`"value"`, `"more":1,"value"`},
		"trailing":      {`]}`, `]}{}`},
		"cut":           {`]}`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, change[0], change[1], 1)
			require.NotEqual(t, good, text)
			_, err := chain.ParseProof([]byte(text))
			require.Equal(t, fault.Integrity, fault.KindOf(err))
			var into chain.Proof
			require.Error(t, json.Unmarshal([]byte(text), &into))
		})
	}
	_, err = chain.ParseProof(make([]byte, chain.MaxProofJSON+1))
	require.Equal(t, fault.Integrity, fault.KindOf(err))
}

func FuzzParseProof(f *testing.F) {
	l, c := proven(f)
	for _, key := range []string{"a", "b"} {
		proof, err := c.Prove(f.Context(), "consent", []byte(key), 2)
		require.NoError(f, err)
		raw, err := json.Marshal(proof)
		require.NoError(f, err)
		f.Add(raw)
	}
	f.Add([]byte(`{"chain_id":"test-1","height":2,"store":"consent","key":"61","value":null,"steps":["EgA=","CgA="]}`))
	appHash := l.headers[3].AppHash
	values := map[string]string{"a": "second", "c": "third"}
	f.Fuzz(func(t *testing.T, raw []byte) {
		proof, err := chain.ParseProof(raw)
		if err != nil {
			return
		}
		if chain.VerifyProof(proof, appHash) == nil && proof.Store == "consent" {
			require.Equal(t, values[string(proof.Key)], string(proof.Value), "only what is true can be proven")
		}
		again, err := json.Marshal(proof)
		require.NoError(t, err)
		_, err = chain.ParseProof(again)
		require.NoError(t, err)
	})
}
