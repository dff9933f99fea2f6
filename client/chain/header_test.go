package chain_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/volens-network/volens/client/chain"
	"github.com/volens-network/volens/client/fault"
)

func TestHeader(t *testing.T) {
	_, c := proven(t)
	header, err := c.FetchHeader(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, int64(4), header.Height())
	require.Equal(t, chainID, header.ChainID())
	require.Equal(t, at(4), header.Time())

	raw, err := json.Marshal(header)
	require.NoError(t, err)
	var again chain.Header
	require.NoError(t, json.Unmarshal(raw, &again))
	require.Equal(t, header.Anchor(), again.Anchor())
	require.NoError(t, again.Is(header.Anchor()))
	other, err := c.FetchHeader(t.Context(), 3)
	require.NoError(t, err)
	require.Equal(t, fault.Integrity, fault.KindOf(other.Is(header.Anchor())))
	require.Equal(t, fault.Integrity, fault.KindOf(
		header.Is(chain.Anchor{Height: 4, Hash: other.Anchor().Hash}),
	))

	_, err = c.FetchHeader(t.Context(), 5)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
}

// A header is refused if less than two thirds signed it, or anything in it was changed.
func TestParseHeader_Tampered(t *testing.T) {
	l, _ := proven(t)
	marshal := func(block *cmttypes.LightBlock) []byte {
		raw, err := json.Marshal(headerOf(block))
		require.NoError(t, err)
		return raw
	}
	good := string(marshal(l.headers[3]))
	_, err := chain.ParseHeader([]byte(good))
	require.NoError(t, err)

	appHash := strings.ToUpper(hex.EncodeToString(l.headers[3].AppHash))
	signature := `"signature":"`
	for name, text := range map[string]string{
		"app hash":     strings.Replace(good, appHash, strings.ToUpper(hex.EncodeToString(digest("forged"))), 1),
		"chain":        strings.Replace(good, `"test-1"`, `"test-2"`, 1),
		"height":       strings.Replace(good, `"height":"3"`, `"height":"4"`, 1),
		"signature":    flip(good, strings.Index(good, signature)+len(signature)+4),
		"no signers":   strings.Replace(good, `"validators":[`, `"validators":null,"x":[`, 1),
		"power":        strings.Replace(good, `"voting_power":"1"`, `"voting_power":"9"`, 1),
		"empty":        `{}`,
		"null":         `null`,
		"no header":    `{"signed_header":{},"validator_set":{}}`,
		"not JSON":     "header",
		"empty string": "",
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, good, text)
			_, err := chain.ParseHeader([]byte(text))
			require.Equal(t, fault.Integrity, fault.KindOf(err))
		})
	}
	_, err = chain.ParseHeader(make([]byte, chain.MaxHeaderJSON+1))
	require.Equal(t, fault.Integrity, fault.KindOf(err))

	l.absent = 1
	_, err = chain.ParseHeader(marshal(l.sign(*l.headers[3].Header)))
	require.NoError(t, err, "three of four are enough")
	l.absent = 2
	_, err = chain.ParseHeader(marshal(l.sign(*l.headers[3].Header)))
	require.Equal(t, fault.Integrity, fault.KindOf(err), "two of four are not")
}

// headerOf has the JSON form of a header, whether it is sound or not.
func headerOf(block *cmttypes.LightBlock) json.RawMessage {
	raw, err := cmtjson.Marshal(block)
	if err != nil {
		return nil
	}
	return raw
}

// flip changes the character at a place.
func flip(text string, place int) string {
	other := "A"
	if text[place] == 'A' {
		other = "B"
	}
	return text[:place] + other + text[place+1:]
}

func FuzzParseHeader(f *testing.F) {
	l, _ := proven(f)
	raw, err := json.Marshal(headerOf(l.headers[3]))
	require.NoError(f, err)
	f.Add(raw)
	f.Add([]byte(`{"signed_header":{"header":{},"commit":{}},"validator_set":{"validators":[]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		header, err := chain.ParseHeader(raw)
		if err != nil {
			return
		}
		require.Len(t, header.Anchor().Hash, 32)
		again, err := json.Marshal(header)
		require.NoError(t, err)
		_, err = chain.ParseHeader(again)
		require.NoError(t, err)
	})
}

func TestAnchor(t *testing.T) {
	want := chain.Anchor{Height: 12, Hash: digest("header")}
	got, err := chain.ParseAnchor(want.String())
	require.NoError(t, err)
	require.Equal(t, want, got)
	hash := strings.Repeat("ab", 32)
	for _, text := range []string{"", "12", "12:", "x:" + hash, "12:" + hash[2:], "0:" + hash, "-1:" + hash, "12:zz" + hash[2:]} {
		_, err := chain.ParseAnchor(text)
		require.Equal(t, fault.Usage, fault.KindOf(err), "%q", text)
	}
}

// light makes a light client that trusts block 1.
func light(ctx context.Context, l *ledger, c *chain.Client, witnesses ...*chain.Client) (*chain.Light, error) {
	return c.Light(ctx, chain.LightOptions{
		Anchor: chain.Anchor{Height: 1, Hash: l.headers[1].Hash()}, Period: time.Hour, Witnesses: witnesses,
	})
}

func TestLight(t *testing.T) {
	l, c := proven(t)
	trusted, err := light(t.Context(), l, c)
	require.NoError(t, err)
	header, err := trusted.Latest(t.Context(), at(5))
	require.NoError(t, err)
	require.Equal(t, int64(4), header.Height())
	header, err = trusted.Latest(t.Context(), at(5))
	require.NoError(t, err, "nothing newer")
	require.Equal(t, int64(4), header.Height())
	header, err = trusted.Header(t.Context(), 2, at(5))
	require.NoError(t, err, "backwards")
	require.Equal(t, int64(2), header.Height())

	proof, err := c.Prove(t.Context(), "consent", []byte("a"), 2)
	require.NoError(t, err)
	header, err = trusted.Verify(t.Context(), proof, at(5))
	require.NoError(t, err)
	require.Equal(t, int64(3), header.Height())
	proof.Value = []byte("forged")
	_, err = trusted.Verify(t.Context(), proof, at(5))
	require.Equal(t, fault.Integrity, fault.KindOf(err))

	_, err = trusted.Header(t.Context(), 9, at(5))
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	_, err = trusted.Verify(t.Context(), &chain.Proof{ChainID: chainID, Height: 8}, at(5))
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	l.fail["Commit"] = 100
	_, err = trusted.Latest(t.Context(), at(5))
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
}

func TestLight_WrongAnchor(t *testing.T) {
	_, c := proven(t)
	_, err := c.Light(t.Context(), chain.LightOptions{
		Anchor: chain.Anchor{Height: 1, Hash: digest("forged")}, Period: time.Hour,
	})
	require.Equal(t, fault.Integrity, fault.KindOf(err))
	_, err = c.Light(t.Context(), chain.LightOptions{Anchor: chain.Anchor{Height: 1, Hash: digest("x")}})
	require.Error(t, err, "no period")
}

// An anchor that is too old, and a header from the future, are not believed.
func TestLight_Clock(t *testing.T) {
	l, c := proven(t)
	trusted, err := light(t.Context(), l, c)
	require.NoError(t, err)
	_, err = trusted.Latest(t.Context(), at(4).Add(2*time.Hour))
	require.Equal(t, fault.Integrity, fault.KindOf(err))
	_, err = trusted.Latest(t.Context(), at(4).Add(-time.Minute))
	require.Equal(t, fault.Integrity, fault.KindOf(err))
}

// Strangers may sign what they like: whom the trusted header does not name is not believed.
func TestLight_Strangers(t *testing.T) {
	l, c := proven(t)
	trusted, err := light(t.Context(), l, c)
	require.NoError(t, err)
	strangers := newLedger(t, 9)
	strangers.signers = strangers.signers[5:]
	forged := *l.headers[4].Header
	forged.AppHash = digest("forged")
	l.headers[4] = strangers.sign(forged)
	_, err = c.FetchHeader(t.Context(), 4)
	require.NoError(t, err, "in itself the header is sound")
	_, err = trusted.Header(t.Context(), 4, at(5))
	require.Equal(t, fault.Integrity, fault.KindOf(err), "%v", err)
}

// Two nodes that show different headers, both signed by all validators, are an attack.
func TestLight_Witness(t *testing.T) {
	l, c := proven(t)
	honest, witness := proven(t)
	trusted, err := light(t.Context(), l, c, witness)
	require.NoError(t, err)
	_, err = trusted.Header(t.Context(), 3, at(5))
	require.NoError(t, err)

	forged := *l.headers[4].Header
	forged.AppHash = digest("forged")
	l.headers[4] = l.sign(forged)
	trusted, err = light(t.Context(), l, c, witness)
	require.NoError(t, err)
	_, err = trusted.Header(t.Context(), 4, at(5))
	require.Equal(t, fault.Integrity, fault.KindOf(err), "%v", err)
	require.NotEqual(t, l.headers[4].Hash(), honest.headers[4].Hash())
}

// A witness that is an instant behind is asked again.
func TestLight_WitnessBehind(t *testing.T) {
	l, c := proven(t)
	behind, witness := proven(t)
	newest := behind.headers[4]
	delete(behind.headers, 4)
	trusted, err := light(t.Context(), l, c, witness)
	require.NoError(t, err)
	asked := 0
	behind.onBlock = func() {
		if asked++; asked == 4 {
			behind.headers[4] = newest
		}
	}
	_, err = trusted.Latest(t.Context(), at(5))
	require.NoError(t, err)
	require.Greater(t, asked, 4)
}

func TestLight_ManyValidators(t *testing.T) {
	l := newLedger(t, 230)
	l.block(nil)
	l.block(nil)
	c, err := chain.New("", chain.Options{Node: l.node})
	require.NoError(t, err)
	trusted, err := light(t.Context(), l, c)
	require.NoError(t, err)
	_, err = trusted.Latest(t.Context(), at(2))
	require.NoError(t, err, "three pages of validators")
}
