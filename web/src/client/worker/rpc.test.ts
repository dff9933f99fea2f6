import { describe, expect, it } from "vitest";
import { Fault } from "../../core/fault";
import { codeOfAsync } from "../../core/testing";
import { deidFault, kindOf, needsKey } from "./deid";
import { Client, type Handler, serve } from "./rpc";

/** Both ends of a channel, closed with the test. */
function pair(methods: Readonly<Record<string, Handler>>) {
  const { port1, port2 } = new MessageChannel();
  const events: unknown[] = [];
  const tell = serve(port1, (name) => methods[name]);
  return { client: new Client(port2, (event) => events.push(event)), tell, events, close: () => port1.close() };
}

describe("calls across a channel", () => {
  it("give results, also to several at once", async () => {
    const { client, close } = pair({ double: ([n]) => Promise.resolve(2n * (n as bigint)) });
    expect(await Promise.all([1n, 2n, 3n].map((n) => client.call("double", [n])))).toEqual([2n, 4n, 6n]);
    close();
  });

  it("carry faults without their causes", async () => {
    const secret = new Error("twelve words");
    const { client, close } = pair({
      refuse: () => {
        throw new Fault("refused", "no-consent", { reasons: ["INACTIVE"], cause: secret });
      },
      fail: () => Promise.reject(secret),
    });
    const refused = await client.call("refuse", []).catch((fault: unknown) => fault);
    expect(refused).toBeInstanceOf(Fault);
    expect(refused).toMatchObject({ kind: "refused", code: "no-consent", reasons: ["INACTIVE"] });
    expect(refused).not.toHaveProperty("cause");
    const failed = await client.call("fail", []).catch((fault: unknown) => fault);
    expect(failed).toMatchObject({ kind: "internal", code: "internal", message: "internal" });
    expect(await codeOfAsync(() => client.call("unknown", []))).toBe("no-method");
    close();
  });

  it("tell how far they are, and events besides", async () => {
    const { client, tell, events, close } = pair({
      work: (_, notify) => {
        for (const step of [1, 2]) notify(step);
        tell("changed");
        return 3;
      },
    });
    const news: unknown[] = [];
    expect(await client.call("work", [], { watch: (step) => news.push(step) })).toBe(3);
    expect([news, events]).toEqual([[1, 2], ["changed"]]);
    close();
  });

  it("hand buffers over", async () => {
    const { client, close } = pair({ size: ([bytes]) => (bytes as Uint8Array).length });
    const secret = new Uint8Array(32);
    expect(await client.call("size", [secret], { transfer: [secret.buffer] })).toBe(32);
    expect(secret.length).toBe(0);
    close();
  });

  it("end when the other side is gone", async () => {
    const { client, close } = pair({ wait: () => new Promise(() => {}) });
    const waiting = codeOfAsync(() => client.call("wait", []));
    client.end(new Fault("internal", "vault-crashed"));
    expect(await waiting).toBe("vault-crashed");
    expect(await codeOfAsync(() => client.call("wait", []))).toBe("vault-crashed");
    close();
  });
});

describe("the de-identification's words", () => {
  it("are faults of ours", () => {
    const said = (code: string, count = 0) => Object.assign(new Error("words"), { name: "DeidError", code, count });
    expect(deidFault(said("several_persons", 3))).toMatchObject({
      kind: "refused",
      code: "deid-several-persons",
      reasons: ["3"],
    });
    expect(deidFault(said("internal"))).toMatchObject({ kind: "internal", code: "deid-internal" });
    const ours = new Fault("unavailable", "device-full");
    expect(deidFault(Object.assign(said("output_failed"), { cause: ours }))).toBe(ours);
    const other = new Error("x");
    expect(deidFault(other)).toBe(other);
  });

  it("name the kind that says most about a person", () => {
    expect(kindOf(["FHIR_BUNDLE", "VCF", "DICOM_STUDY"])).toBe("VCF");
    expect(kindOf([])).toBe("");
    expect([needsKey("research-shifted"), needsKey("safe-harbor-strict")]).toEqual([true, false]);
  });
});
