/* The shop's service worker loads this: it shows what is pushed, and leads where it says. Keeps nothing. */
(function () {
  "use strict";

  function isOpen(link) {
    try {
      var url = new URL(link);
      return url.protocol === "https:" || url.hostname === "127.0.0.1";
    } catch (none) {
      return false;
    }
  }

  self.addEventListener("push", function (event) {
    var told;
    try { told = event.data.json(); } catch (other) { return; } // another's message: not ours to show
    if (!told || !told.title || !isOpen(told.url)) return;
    event.waitUntil(self.registration.showNotification(told.title, {
      body: told.text,
      lang: told.lang,
      tag: told.tag || undefined,
      data: { url: told.url, leave: told.leave_url },
      actions: isOpen(told.leave_url) ? [{ action: "leave", title: told.leave }] : []
    }));
  });

  self.addEventListener("notificationclick", function (event) {
    var links = event.notification.data || {};
    var link = event.action === "leave" ? links.leave : links.url;
    event.notification.close();
    if (isOpen(link)) event.waitUntil(self.clients.openWindow(link));
  });
})();
