package incomplete_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	errorsmod "cosmossdk.io/errors"

	"github.com/volens-network/volens/core/duo"
	"github.com/volens-network/volens/x/internal/incomplete"
)

var errFields = errorsmod.Register("incomplete", 2, "request is incomplete")

func TestNew(t *testing.T) {
	require.NoError(t, incomplete.New(errFields, nil))

	err := incomplete.New(errFields, []string{"spec.price", "spec.n_max"})
	require.EqualError(t, err, "request is incomplete: missing or wrong fields: spec.price, spec.n_max")
	require.Equal(t, []string{"spec.price", "spec.n_max"}, duo.MissingFields(err))
	require.ErrorIs(t, err, errFields)

	codespace, code, _ := errorsmod.ABCIInfo(errorsmod.Wrap(err, "submit"), false)
	require.Equal(t, "incomplete", codespace)
	require.Equal(t, uint32(2), code)
}
