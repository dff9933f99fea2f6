import { ActionIcon } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Area } from "../features/shared/area";

const load = () => import("./Menus");
const Menus = lazy(load);

/** The button of the header's menu. What opens is loaded when somebody reaches for it. */
export function MenuButton({ area }: { area: Area }) {
  const { t } = useTranslation("ui");
  const [wanted, setWanted] = useState(false);
  const button = (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={44}
      radius="xl"
      aria-label={t("menu")}
      aria-haspopup="menu"
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setWanted(true)}
    >
      <IconDots size={24} aria-hidden />
    </ActionIcon>
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <Menus area={area} />
    </Suspense>
  );
}
