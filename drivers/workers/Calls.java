import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the calls that the test asks for on a UNIX socket: "call ID SECONDS" asks for one that keeps the server for so long, and is answered
 * by the ID and the error, if any. Calls are made side by side, each in a thread. "end ID" gives one up: its thread is interrupted, which
 * ends what can be interrupted.
 */
final class Calls {
    interface Call {
        void make(String id, double seconds) throws Exception;
    }

    private final SocketChannel test = SocketChannel.open(StandardProtocolFamily.UNIX);
    private final Map<String, Thread> underway = new ConcurrentHashMap<>();

    private Calls() throws IOException {}

    static void serve(String socket, Call call) throws IOException {
        Calls calls = new Calls();
        calls.test.connect(UnixDomainSocketAddress.of(socket));
        // A channel lets nobody write while somebody reads through the streams that it has been wrapped in, but does by its own methods.
        Scanner lines = new Scanner(Channels.newReader(calls.test, StandardCharsets.UTF_8));
        while (lines.hasNextLine()) {
            String[] words = lines.nextLine().split(" ");
            if (words[0].equals("call")) {
                calls.begin(words[1], Double.parseDouble(words[2]), call);
                continue;
            }
            Thread ended = calls.underway.get(words[1]);
            if (ended != null) {
                ended.interrupt();
            }
        }
        System.exit(0);
    }

    private void begin(String id, double seconds, Call call) {
        Thread thread = new Thread(() -> {
            String error = "";
            try {
                call.make(id, seconds);
            } catch (Exception e) {
                error = said(e);
            }
            underway.remove(id);
            Thread.interrupted(); // a channel is closed by a thread that was interrupted
            try {
                answer(id + " " + error + "\n");
            } catch (IOException e) {
                System.exit(1); // the test is over
            }
        });
        underway.put(id, thread);
        thread.start();
    }

    private synchronized void answer(String line) throws IOException {
        test.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
    }

    private static String said(Throwable e) {
        String words = (e.getClass().getName() + ": " + e.getMessage()).replaceAll("\\s+", " ");
        return e.getCause() == null ? words : words + ": " + said(e.getCause());
    }
}
