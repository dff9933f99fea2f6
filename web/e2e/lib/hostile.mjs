// Texts that would run something on a page that does not treat texts as texts. Each tries to set window.struck.
const strike = "window.struck=1";

export const hostile = [
  `<script>${strike}</script>`,
  `"><script>${strike}</script>`,
  `<img src=x onerror="${strike}">`,
  `'"><svg onload=${strike}>`,
  `<iframe srcdoc="<script>parent.struck=1</script>">`,
  `javascript:${strike}`,
  `<a href="javascript:${strike}" autofocus onfocus="${strike}">x</a>`,
  `{{constructor.constructor('${strike}')()}}`,
  `\${${strike}}`,
  `<math><mtext></table><style><img src=x onerror=${strike}></style></mtext></math>`,
  `]]><script>${strike}</script>`,
  `\u202e<script>${strike}</script>`,
];

/** Types every hostile text into every field of the page as it is, and says which of them ran. */
export async function strikeFields(page) {
  const ran = [];
  const fields = page.locator(
    "main input:not([type=file]):not([type=hidden]):not([readonly]), main textarea:not([aria-hidden=true])",
  );
  for (let place = 0; place < (await fields.count()); place++) {
    const field = fields.nth(place);
    if (!(await field.isVisible()) || !(await field.isEditable())) continue;
    const type = await field.getAttribute("type");
    if (type === "checkbox" || type === "radio" || type === "date") continue;
    for (const text of hostile) {
      await field.fill(text);
      await field.press("Tab");
      if (await page.evaluate(() => "struck" in window)) ran.push(`${page.url()}, field ${place}: ${text}`);
    }
  }
  return ran;
}
