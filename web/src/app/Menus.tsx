import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconDots, IconLanguage, IconLock, IconMoon, IconSun, IconSunMoon } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Area } from "../features/shared/area";
import { useSession, useVault } from "../features/shared/session";
import { areas, footPlaces } from "./areas";
import { speak } from "./i18n";
import { type Language, languages } from "./languages";

const schemes = [
  { value: "auto", icon: IconSunMoon },
  { value: "light", icon: IconSun },
  { value: "dark", icon: IconMoon },
] as const;

/** The one menu of the header: other areas, language, colours, lock. */
export default function Menus({ area }: { area: Area }) {
  const { t, i18n } = useTranslation(["ui", area.name]);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { vault } = useSession();
  // The button that opened the menu was another one, before this was loaded: focus goes back to this one.
  const target = useRef<HTMLButtonElement>(null);
  const more = area.places.slice(footPlaces);
  const open = useVault().status === "open";
  return (
    <Menu
      defaultOpened
      position="bottom-end"
      width={250}
      radius="lg"
      shadow="md"
      withinPortal={false}
      withInitialFocusPlaceholder={false}
      onClose={() => target.current?.focus()}
    >
      <Menu.Target>
        <ActionIcon ref={target} variant="subtle" color="gray" size={44} radius="xl" aria-label={t("menu")}>
          <IconDots size={24} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {more.map((place) => (
          <Menu.Item
            key={place.to}
            component={Link}
            to={place.to}
            mih={44}
            leftSection={<place.icon size={18} aria-hidden />}
          >
            {t(place.label, { ns: area.name })}
          </Menu.Item>
        ))}
        {areas.length > 1 && <Menu.Label>{t("areas")}</Menu.Label>}
        {areas.length > 1 &&
          areas.map((other) => (
            <Menu.Item
              key={other.name}
              component={Link}
              to={other.base}
              mih={44}
              rightSection={other.name === area.name ? <IconCheck size={18} aria-label={t("chosen")} /> : null}
            >
              {t(`area.${other.name}`)}
            </Menu.Item>
          ))}
        <Menu.Label>{t("language")}</Menu.Label>
        {Object.entries(languages).map(([code, name]) => (
          <Menu.Item
            key={code}
            lang={code}
            mih={44}
            leftSection={<IconLanguage size={18} aria-hidden />}
            rightSection={i18n.language === code ? <IconCheck size={18} aria-label={t("chosen")} /> : null}
            onClick={() => speak(code as Language)}
          >
            {name}
          </Menu.Item>
        ))}
        <Menu.Label>{t("colours")}</Menu.Label>
        {schemes.map(({ value, icon: Shape }) => (
          <Menu.Item
            key={value}
            mih={44}
            leftSection={<Shape size={18} aria-hidden />}
            rightSection={colorScheme === value ? <IconCheck size={18} aria-label={t("chosen")} /> : null}
            onClick={() => setColorScheme(value)}
          >
            {t(`scheme.${value}`)}
          </Menu.Item>
        ))}
        {open && <Menu.Divider />}
        {open && (
          <Menu.Item mih={44} leftSection={<IconLock size={18} aria-hidden />} onClick={() => void vault.lock()}>
            {t("lock")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
