package client_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
)

func TestReadTerms_OverDefaults(t *testing.T) {
	terms, err := client.ReadTerms(strings.NewReader("permission: GRU\nmodifiers:\n  - {term: GS, values: [NO]}\n"))
	require.NoError(t, err)
	require.Equal(t, "GRU", terms.Permission)
	require.Equal(t, []client.TermModifier{{Term: "GS", Values: []string{"NO"}}}, terms.Modifiers)
	require.Equal(t, client.DefaultTerms().Bases, terms.Bases)
	require.False(t, terms.Understood, "nobody understands by default")

	empty, err := client.ReadTerms(strings.NewReader(""))
	require.NoError(t, err)
	require.Equal(t, client.DefaultTerms(), empty)
}

func TestReadTerms_Refused(t *testing.T) {
	for name, text := range map[string]string{
		"unknown key": "permision: GRU\n",
		"wrong type":  "donate: perhaps\n",
		"not YAML":    "\t{",
		"too long":    "permission: " + strings.Repeat("x", 2<<20),
	} {
		_, err := client.ReadTerms(strings.NewReader(text))
		require.Equal(t, fault.Usage, fault.KindOf(err), name)
	}
}

// Somebody may give the file with the words of a key for another: none of it comes back in the error, which reaches
// terminals and bug reports. Nor does anything else that stands in a file.
func TestReadTerms_RepeatsNothing(t *testing.T) {
	words := strings.Fields("abandon ability able about above absent absorb abstract absurd abuse access accident " +
		"account accuse achieve acid acoustic acquire across act action actor actress actual")
	require.Len(t, words, 24)
	for name, text := range map[string]string{
		"in a line": strings.Join(words, " "), "in lines": strings.Join(words, "\n"), "a list": "- " + strings.Join(words, "\n- "),
		"keys": strings.Join(words, ": x\n") + ": x", "values": "permission: [" + strings.Join(words, ", ") + "]",
		"a key twice": "abandon: 1\nabandon: 2", "an alias": "permission: *abandon", "in itself": "&abandon [*abandon]",
		"a tag": "k_min: !!int abandon", "another tag": "permission: !abandon {abandon: able}",
		"a map as key": "{[abandon]: able}", "a broken list": "a: b\nabandon: [ability\nable: x", "one quote": "'abandon",
		"words like the decoder's": "k_min: abandon into ability\nabandon in type able: x", "a merge": "<<: abandon",
	} {
		_, err := client.ReadTerms(strings.NewReader(text))
		require.Equal(t, fault.Usage, fault.KindOf(err), name)
		said := regexp.MustCompile(`\w+`).FindAllString(err.Error(), -1)
		for _, word := range words {
			require.NotContains(t, said, word, name)
		}
		require.NotContains(t, err.Error(), "abando", name)
		require.NotContains(t, err.Error(), "client.", name)
	}
	_, err := client.ReadTerms(strings.NewReader("permission: GRU\nk_min: abandon\ncolour: blue\npermission: HMB"))
	require.EqualError(t, err, "line 4: this field is there twice")
	_, err = client.ReadTerms(strings.NewReader("permission: GRU\nk_min: abandon\ncolour: blue"))
	require.EqualError(
		t,
		err,
		"line 2: this is no value for the place where it stands; line 3: there is no field of this name",
	)
}

func TestNewRequestFile_NamesEveryField(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "study.yaml")
	require.NoError(t, client.NewRequestFile(path))
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, of := range []reflect.Type{
		reflect.TypeFor[client.RequestFile](), reflect.TypeFor[client.RequestPurpose](),
		reflect.TypeFor[client.RequestPromises](),
	} {
		for i := range of.NumField() {
			if name := of.Field(i).Tag.Get("yaml"); name != "" {
				require.Contains(t, string(written), name+":")
			}
		}
	}

	_, err = client.ReadRequest(path)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "its protocol is not there yet")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "protocol.pdf"), []byte("how"), 0o600))
	file, err := client.ReadRequest(path)
	require.NoError(t, err)
	require.Len(t, file.ProtocolSHA256(), 64)
	require.False(t, file.NoCohortProtection, "a researcher confirms that herself")
	require.True(t, file.Promises.NoReidentification)

	require.Equal(t, fault.Usage, fault.KindOf(client.NewRequestFile(path)))
	_, err = client.ReadRequest(filepath.Join(dir, "absent.yaml"))
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func FuzzVerifyAudit(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"dataset_id":"0123456789abcdef0123456789abcdef","header":{},"proofs":[]}`))
	f.Add([]byte(`{"dataset_id":"0123456789abcdef0123456789abcdef","proofs":[null,null]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		_, err := client.VerifyAudit(document, nil)
		require.Error(t, err, "no header of a chain can be guessed")
	})
}

func FuzzVerifyConsent(f *testing.F) {
	f.Add([]byte(`{"resourceType":"Consent"}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		_, err := client.VerifyConsent(document, nil)
		require.Error(t, err)
	})
}
