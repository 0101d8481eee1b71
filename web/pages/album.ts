import "../board/board.css";
import "../album/album.css";
import { Album } from "../album/element";

customElements.define("halqa-album", Album);
