// A node that lies to one page: answers are altered on their way.

/** Lets `alter` change every answer of the chain to a call, and say whether it did. Gives the count of lies, and what ends them. */
export async function lie(page, alter) {
  let lies = 0;
  let ended = false;
  const answer = async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    const asked = [route.request().postDataJSON()].flat();
    for (const one of [body].flat()) {
      const call = asked.find(({ id }) => id === one.id);
      if (one.result && alter(one.result, call)) lies++;
    }
    await route.fulfill({ response, json: body }).catch((error) => {
      // An answer that was under way when the lying ended has been given by the node itself.
      if (!ended) throw error;
    });
  };
  const end = () => {
    ended = true;
    return page.unroute("**/chain", answer);
  };
  await page.route("**/chain", answer);
  return { told: () => lies, end };
}

/** A gateway that shows other words than a request's researcher chose. Gives the count of lies, and what ends them. */
export async function lieAboutWords(page) {
  let lies = 0;
  const answer = async (route) => {
    const response = await route.fetch();
    lies++;
    await route.fulfill({ response, json: { ...(await response.json()), lay_summary: "Nothing to worry about." } });
  };
  await page.route("**/papers", answer);
  return { told: () => lies, end: () => page.unroute("**/papers", answer) };
}

/** Says that a count that is proven to be one is another one. */
export function alterValue({ response }) {
  if (!response?.proofOps || !response.value) return false;
  const value = Buffer.from(response.value, "base64");
  value[value.length - 1] ^= 1;
  response.value = value.toString("base64");
  return true;
}

/** Says that something that is proven is not there. */
export function denyValue({ response }) {
  if (!response?.proofOps || !response.value) return false;
  response.value = null;
  return true;
}

/** Says that there is no consent at all, where it is asked for without a proof. */
export function denyConsent({ response }, call) {
  const { path } = call?.params ?? {};
  if (path !== "/volens.consent.v1.Query/Consent" || !response?.value) return false;
  response.value = null;
  return true;
}

/** Gives a header that nobody signed. */
export function alterHeader(result) {
  const header = result.signed_header?.header;
  if (!header) return false;
  header.app_hash = header.app_hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
  return true;
}

/** Says that a request offers more than it does: 9 dollars instead of 5. */
export function alterPrice(request) {
  return ({ response }) => {
    if (!response?.value || response.proofOps) return false;
    const value = Buffer.from(response.value, "base64");
    if (!value.includes(request)) return false;
    let lied = false;
    for (let at = value.indexOf("5000000"); at >= 0; at = value.indexOf("5000000")) {
      value.write("9", at);
      lied = true;
    }
    response.value = value.toString("base64");
    return lied;
  };
}
