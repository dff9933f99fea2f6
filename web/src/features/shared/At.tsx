import { useQuery } from "@tanstack/react-query";
import { JsonReader } from "../../core/json";
import { When } from "../../ui/When";
import { useSession } from "./session";

/** When a block was made: its height, and its time as soon as the node has told it. */
export function At({ height }: { height: bigint }) {
  const { node } = useSession();
  const { data } = useQuery({
    queryKey: ["block-time", height.toString()],
    queryFn: async () => {
      const answer = new JsonReader(await node.rpc.call("commit", { height: height.toString() }), "node-answer");
      return new Date(answer.object("signed_header").object("header").text("time"));
    },
  });
  return <When height={height} time={data} />;
}
