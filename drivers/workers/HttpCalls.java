import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

final class HttpCalls {
    public static void main(String[] arguments) throws Exception {
        String base = arguments[1];
        Duration limit = Duration.ofSeconds(Long.parseLong(arguments[2]));
        HttpClient.Builder builder = HttpClient.newBuilder();
        if (!limit.isZero()) {
            builder.connectTimeout(limit);
        }
        HttpClient client = builder.build();
        Calls.serve(arguments[0], (id, seconds) -> {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + id + (seconds > 0 ? "-slowly" : "")))
                .POST(HttpRequest.BodyPublishers.ofString("once"));
            if (!limit.isZero()) {
                request.timeout(limit);
            }
            client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        });
    }
}
