// A browser as the device of an endpoint (docs/endpoints.md). An ES module without dependencies:
//
//   const device = new Device("https://voice.example.com", token, { name: "Reception" });
//   device.addEventListener("call", (event) => console.log("call from", event.detail.from));
//   await device.connect(await navigator.mediaDevices.getUserMedia({ audio: true }));
//   document.querySelector("audio").srcObject = device.sound;
//
// Events: connected, call {callId, from}, talking {callId}, ended {callId}, refused {to, reason},
// closed {reason}.

export class Device extends EventTarget {
  #server;
  #token;
  #options;
  #socket;
  #peer;

  // options: name (shown by REST) and answers, "auto" or "manual" (then call accept).
  constructor(server, token, options = {}) {
    super();
    this.#server = server.replace(/^http/, "ws").replace(/\/$/, "");
    this.#token = token;
    this.#options = options;
    this.sound = new MediaStream(); // what the far end says
    this.deviceId = null;
  }

  // Connect with a stream from the microphone; resolves when calls can come.
  async connect(microphone) {
    this.#peer = new RTCPeerConnection(this.#options.rtc);
    this.#peer.ontrack = (event) => this.sound.addTrack(event.track);
    for (const track of microphone.getAudioTracks()) {
      this.#peer.addTrack(track, microphone);
    }
    this.#peer.onicecandidate = ({ candidate }) =>
      this.#say({ type: "candidate", candidate: candidate ? candidate.toJSON() : null });
    this.#socket = new WebSocket(`${this.#server}/offhook/v1/devices`);
    const connected = new Promise((resolve, reject) => {
      this.addEventListener("connected", resolve, { once: true });
      this.addEventListener("closed", (event) => reject(new Error(event.detail.reason)), {
        once: true,
      });
    });
    this.#socket.onopen = () =>
      this.#say({
        type: "hello",
        token: this.#token,
        name: this.#options.name,
        answers: this.#options.answers ?? "auto",
      });
    this.#socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    this.#socket.onclose = () => this.#end("the connection to the server ended");
    await connected;
  }

  // Take the call that rings.
  accept() {
    this.#say({ type: "accept" });
  }

  // Leave the call, or refuse the one that rings.
  hangUp() {
    this.#say({ type: "hangup" });
  }

  // Ask the application for a call to a number, SIP URI or endpoint. It may create one, which then
  // comes here as any call does.
  request(to) {
    this.#say({ type: "request", to });
  }

  // Press a key: 0-9, *, #, A-D.
  press(key) {
    this.#peer.getSenders()[0].dtmf.insertDTMF(key);
  }

  // Be a device no longer.
  close() {
    this.#socket?.close();
    this.#end("closed here");
  }

  async #hear(message) {
    switch (message.type) {
      case "welcome":
        this.deviceId = message.deviceId;
        await this.#peer.setLocalDescription();
        this.#say({ type: "offer", sdp: this.#peer.localDescription.sdp });
        break;
      case "answer":
        await this.#peer.setRemoteDescription({ type: "answer", sdp: message.sdp });
        break;
      case "bye":
        this.#end(message.reason);
        break;
      case "error":
        break; // what follows says the same
      default:
        this.#tell(message.type, message);
    }
  }

  #say(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(message));
    }
  }

  #end(reason) {
    if (this.#peer) {
      this.#peer.close();
      this.#peer = null;
      this.#tell("closed", { reason });
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
