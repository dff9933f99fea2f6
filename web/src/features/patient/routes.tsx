import { IconCoins, IconDatabase, IconEye, IconHome2, IconMail, IconSettings } from "@tabler/icons-react";
import type { Area } from "../shared/area";

/** The patient's screens. */
export const area: Area = {
  name: "patient",
  base: "/",
  places: [
    { to: "/", label: "place.home", icon: IconHome2 },
    { to: "/data", label: "place.data", icon: IconDatabase },
    { to: "/requests", label: "place.requests", icon: IconMail },
    { to: "/activity", label: "place.activity", icon: IconEye },
    { to: "/money", label: "place.money", icon: IconCoins },
    { to: "/settings", label: "place.settings", icon: IconSettings },
  ],
  screens: [
    { path: "/", load: () => import("./HomePage") },
    { path: "/welcome", open: true, load: () => import("./welcome/WelcomePage") },
    { path: "/welcome/key", open: true, load: () => import("./welcome/KeyPage") },
    { path: "/welcome/words", load: () => import("./welcome/WordsPage") },
    { path: "/welcome/check", load: () => import("./welcome/CheckPage") },
    { path: "/welcome/restore", open: true, load: () => import("./welcome/RestorePage") },
    { path: "/data", load: () => import("./data/DataPage") },
    { path: "/data/add", load: () => import("./data/AddPage") },
    { path: "/data/send", load: () => import("./data/SendPage") },
    { path: "/data/$id", load: () => import("./data/DatasetPage") },
    { path: "/data/$id/lock", load: () => import("./data/LockPage") },
    { path: "/data/$id/check", load: () => import("./data/CheckPage") },
    { path: "/data/$id/share", load: () => import("./share/SharePage") },
    { path: "/data/$id/helper", load: () => import("./help/HelperPage") },
    { path: "/help", load: () => import("./help/HelpPage") },
    { path: "/help/$id", load: () => import("./help/EntrustedPage") },
    { path: "/requests", load: () => import("./requests/RequestsPage") },
    { path: "/requests/$id", load: () => import("./requests/RequestPage") },
    { path: "/activity", load: () => import("./activity/ActivityPage") },
    { path: "/activity/$id", load: () => import("./activity/OpenedPage") },
    { path: "/money", load: () => import("./money/MoneyPage") },
    { path: "/money/payout", load: () => import("./money/PayoutPage") },
    { path: "/settings", load: () => import("./settings/SettingsPage") },
  ],
};
