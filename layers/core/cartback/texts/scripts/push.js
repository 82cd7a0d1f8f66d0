/* Lets a visitor allow this browser to be pushed to, by a button of the shop's page. Keeps nothing itself. */
(function (script) {
  "use strict";
  var told = script.dataset;
  var address = new URL("/collect/" + encodeURIComponent(told.shop), script.src).href;

  function bytes(text) {
    var bare = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(bare, function (one) { return one.charCodeAt(0); });
  }

  function tell(type, data, token) {
    var random = crypto.getRandomValues(new Uint8Array(16));
    var id = Array.from(random, function (one) { return (one + 256).toString(16).slice(1); }).join("");
    var body = JSON.stringify({ token: token || told.token || "", id: id, type: type, data: data });
    return fetch(address, { method: "POST", body: body, credentials: "omit" }).then(function (answer) {
      if (answer.ok) return true;
      return answer.text().then(function (why) { throw new Error("cartback: " + why.trim()); });
    });
  }

  function present() {
    return navigator.serviceWorker.getRegistration(told.worker).then(function (known) {
      return known ? known.pushManager.getSubscription() : null;
    });
  }

  function end(subscription) { return subscription ? subscription.unsubscribe() : false; }

  function signUp(asked) {
    return navigator.serviceWorker.register(told.worker).then(function () {
      return navigator.serviceWorker.ready;
    }).then(function (worker) {
      // Whose browser it was before must not be written to on it: each sign-up gets an address of its own.
      return worker.pushManager.getSubscription().then(end).then(function () {
        return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(told.key) });
      });
    }).then(function (subscription) {
      var keys = subscription.toJSON().keys;
      var data = { endpoint: subscription.endpoint, p256dh: keys.p256dh, auth: keys.auth, wording: asked.wording };
      if (asked.topics) data.topics = asked.topics;
      return tell("push.allowed", data, asked.token).catch(function (why) {
        return end(subscription).then(function () { throw why; });
      });
    });
  }

  window.cartbackPush = {
    possible: function () {
      return "serviceWorker" in navigator && "PushManager" in window && Notification.permission !== "denied";
    },
    allow: function (asked) {
      return Promise.resolve(Notification.requestPermission()).then(function (said) {
        return said === "granted" ? signUp(asked) : false;
      });
    },
    leave: function (asked) {
      return present().then(function (subscription) {
        if (!subscription) return false;
        return tell("push.left", { endpoint: subscription.endpoint }, asked && asked.token).then(function () {
          return end(subscription);
        });
      });
    },
    forget: function () { return present().then(end); }
  };
})(document.currentScript);
