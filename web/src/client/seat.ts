/** A seat of a request or an inspection, as everybody who looks at it asks the chain. */
import type { Node } from "../chain/node";
import { ask, mustBe } from "../chain/query";
import { Query as CustodyQuery, type QuerySeatResponse } from "../gen/volens/custody/v1/query_pb";

/** A seat with what became of it, by the node's word. A Fault `not-found` if it was not posted. */
export async function seatOf(node: Node, requestId: string, index: bigint): Promise<QuerySeatResponse> {
  const answer = await ask(node, CustodyQuery.method.seat, { requestId, index });
  mustBe(answer.seat, { requestId, index });
  if (answer.release) mustBe(answer.release, { requestId, seat: index });
  return answer;
}
