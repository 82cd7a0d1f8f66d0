/* Tells the shop's own Cartback what is in a cart, once its visitor agreed. Keeps nothing: no cookie, no storage. */
(function (script) {
  "use strict";
  var address = new URL("/collect/" + encodeURIComponent(script.dataset.shop), script.src).href;
  var token = script.dataset.token || "";
  var ask = null; // gives a fresh token, or a promise of one
  var agreed = false;
  var waiting = {}; // of each type the last word
  var timer = 0;

  function later(after) {
    clearTimeout(timer);
    timer = setTimeout(flush, after);
  }

  function again(event) {
    event.tries = (event.tries || 0) + 1;
    if (!agreed || event.tries > 3 || waiting[event.type]) return;
    waiting[event.type] = event; // under its old id: if the first one did arrive, this one counts as the same
    later(event.tries * 5000);
  }

  function renew() {
    var known = ask;
    Promise.resolve(known()).then(function (fresh) {
      if (known !== ask || !fresh) return;
      token = fresh;
      flush();
    }, function () {});
  }

  function post(event, leaving) {
    var body = JSON.stringify({ token: token, id: event.id, type: event.type, data: event.data });
    if (leaving && navigator.sendBeacon && navigator.sendBeacon(address, body)) return;
    fetch(address, { method: "POST", body: body, keepalive: leaving, credentials: "omit" }).then(function (answer) {
      if (answer.status === 401 && ask && !event.tries) {
        token = "";
        again(event);
      } else if (answer.status === 429 || answer.status > 499) again(event);
      else if (!answer.ok) answer.text().then(function (why) { console.warn("cartback: " + why); });
    }, function () { again(event); });
  }

  function flush(leaving) {
    clearTimeout(timer);
    if (!agreed || !Object.keys(waiting).length) return;
    if (!token) return ask && !leaving ? renew() : undefined;
    var now = waiting;
    waiting = {};
    for (var type in now) post(now[type], leaving === true);
  }

  function leave() { flush(true); }
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") leave();
  });

  window.cartback = {
    consent: function (yes) {
      agreed = yes === true;
      if (agreed) later(0);
      else waiting = {};
    },
    token: function (given) {
      ask = typeof given === "function" ? given : null;
      token = ask ? "" : given;
      later(0);
    },
    send: function (type, data) {
      var bytes = crypto.getRandomValues(new Uint8Array(16));
      var id = Array.from(bytes, function (one) { return (one + 256).toString(16).slice(1); }).join("");
      waiting[type] = { id: id, type: type, data: data };
      later(500);
    }
  };
})(document.currentScript);
