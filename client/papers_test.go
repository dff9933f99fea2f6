package client_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volens-network/volens/client"
	"github.com/volens-network/volens/client/fault"
	"github.com/volens-network/volens/core/id"
)

// Patients read the words that the researcher wrote, and never others. Where nobody can
// read them the request does not open.
func TestPapers(t *testing.T) {
	ctx := context.Background()
	p := together(t)
	p.ready(t)
	file, err := client.ReadRequest(p.study(t))
	require.NoError(t, err)
	p.approve(t, file)

	p.depot.noShelf = true
	_, err = p.researcher.SubmitRequest(ctx, file)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.ErrorContains(t, err, "the same command goes on")
	all, err := p.researcher.Requests(ctx, "", "submitted", client.Window{})
	require.NoError(t, err)
	require.Len(t, all, 1, "the money is locked, no seat is posted")
	require.Zero(t, all[0].Seats)

	p.depot.noShelf = false
	asked, err := p.researcher.SubmitRequest(ctx, file)
	require.NoError(t, err)
	require.Equal(t, all[0].RequestID, asked.RequestID, "it went on")
	read, err := p.patient.Papers(ctx, asked.RequestID)
	require.NoError(t, err)
	require.Equal(t, asked.RequestID, read.RequestID)
	require.Equal(t, file.Title, read.Title)
	require.Equal(t, file.Contact, read.Contact)
	require.Equal(t, file.ProtocolSHA256(), read.ProtocolSHA256)
	require.Equal(t, file.Criteria, read.Criteria)
	require.Contains(t, file.LaySummary, read.LaySummary)

	of, err := id.Parse(asked.RequestID)
	require.NoError(t, err)
	other := p.depot.shelf[of]
	other.LaySummary = "Nothing to worry about."
	p.depot.shelf[of] = other
	_, err = p.patient.Papers(ctx, asked.RequestID)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "a gateway with other words is passed over")
	require.ErrorContains(t, err, "lay_summary")
	require.NoError(t, p.researcher.ShowPapers(ctx, file, asked.RequestID))
	_, err = p.patient.Papers(ctx, asked.RequestID)
	require.NoError(t, err, "handed over again")
	require.Equal(t, fault.Refused, fault.KindOf(p.hospital.ShowPapers(ctx, file, asked.RequestID)))
	file.Title += "!"
	require.Equal(t, fault.Usage, fault.KindOf(p.researcher.ShowPapers(ctx, file, asked.RequestID)))
	_, err = p.patient.Papers(ctx, "zz")
	require.Equal(t, fault.Usage, fault.KindOf(err))
}
