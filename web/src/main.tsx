import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { keepFocus } from "./app/focus";
import { prepareTexts } from "./app/i18n";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no element named root");
await prepareTexts();
keepFocus();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
