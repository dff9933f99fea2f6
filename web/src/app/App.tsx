import "@mantine/core/styles.css";
import { MantineProvider } from "@mantine/core";

/** The whole application. */
export function App() {
  return (
    <MantineProvider defaultColorScheme="auto">
      <main>
        <h1>Volens</h1>
      </main>
    </MantineProvider>
  );
}
